"""Checks of the tree that no compiler makes. Standard library only."""
