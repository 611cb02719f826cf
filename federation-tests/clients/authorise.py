"""Signs in and allows, as a person in a browser: `authorise.py URL USERNAME` prints the code."""

import sys

from stage import authorise

print(authorise(sys.argv[1], sys.argv[2])["code"])
