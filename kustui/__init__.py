"""See, check and rehearse Kustomer workflows in a terminal."""

__version__ = "0.2.0"
