"""What the page and the command line call for any task: list, show, transfer, train for a visitor, train on the Hub."""
