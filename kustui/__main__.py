"""``python -m kustui``."""

import sys

from kustui.cli import main

sys.exit(main())
