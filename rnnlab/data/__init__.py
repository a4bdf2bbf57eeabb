"""Files in: prices, texts and the catalog of where they come from; independent of torch."""
