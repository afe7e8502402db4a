"""A lab on loopback: real servers, sound and broken, with real certificates made on the spot.

``domaincheck demo`` shows the engine against it and the tests measure the engine by it. It imports nothing else of
domaincheck, so that it bears witness independently, and it leaves nothing behind when it is closed.
"""
