"""The command line: options in, text and exit status out. Only this folder knows typer.

``app``           the command tree, the global options, and what becomes of errors
``check`` …       one module a command
``inputs``        where targets come from
``perform``       runs what ``check`` and ``demo`` have planned, and prints it
``interruption``  what Ctrl-C does meanwhile
``terminal``      what a stream can show: width, colour, a progress bar
``happenings``    what happens in commands, as events of telemetry
``reporting``     hands these over when a command has ended
``manual``        writes the man pages and completions from the command tree
"""
