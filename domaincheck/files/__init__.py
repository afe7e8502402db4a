"""Everything that touches the disk goes through here; every command asks for a folder, so this loads next to nothing.

``folders``   where our files are
``whole``     files that are read whole, results that are written whole or not at all
``lock``      one process at a time
``database``  a SQLite file that may be lost
"""
