"""Where the `shuangxuan` command begins. The worker processes of a ranking load the module their parent began with
once more, so this one loads nothing before it is called."""

from importlib import import_module


def main() -> None:
    """Runs the command line."""
    import_module("app.cli").main()


if __name__ == "__main__":
    main()
