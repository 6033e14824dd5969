"""The one kind of failure that is told to the user: a single line, what and where and what to do."""


class ClusterError(Exception):
    """`exit_code` follows the rest of Howdah: 1 it failed, 2 wrong usage, 3 not reachable."""

    def __init__(self, message: str, exit_code: int = 1):
        super().__init__(message)
        self.exit_code = exit_code
