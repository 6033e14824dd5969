"""What the README of an example has its user type, and what is printed then."""

import re


def commands_of(folder):
    """The commands up to the one that trains, which is the last."""
    commands = []
    for line in (folder / "README.md").read_text().splitlines():
        if line.startswith("    howdah "):
            commands.append(line.strip())
            if commands[-1].startswith("howdah run "):
                return commands
    raise ValueError(f"{folder}/README.md trains nothing")


def figures_in(line):
    """{"accuracy": 0.9609, ...} of a line that `howdah run` prints."""
    return {name: float(value) for name, value in re.findall(r"(\S+) (-?\d+\.\d+)(?=\s)", line)}
