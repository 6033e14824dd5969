class SetupError(Exception):
    """One line for the user."""
