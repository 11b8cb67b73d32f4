"""Set-up of the machine for the project's commands. Standard library only."""
