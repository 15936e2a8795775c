"""The commands; each module offers DESCRIPTION, EPILOG, `configure` and `run`."""
