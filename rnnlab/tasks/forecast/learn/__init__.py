"""What a forecaster learns, and how it is trained."""
