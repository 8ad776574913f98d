"""Events from files to a server: which files, what is in them, how they are sent, how far we are."""
