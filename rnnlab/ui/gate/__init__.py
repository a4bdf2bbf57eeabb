"""What stands between the network and the page: who asks, how much they may ask for, and who still listens."""
