"""The checkpoint's folder: written whole, read strictly."""
