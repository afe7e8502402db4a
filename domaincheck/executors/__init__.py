"""Where calls are made, other than here and now.

``threads``  plain threads, with as little around each call as will do, and what any executor must be able to do
``lines``    a line for each server, so that whoever waits for a slow one keeps nobody else waiting
"""
