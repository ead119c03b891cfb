"""From the fixed-width register GV100AD and tables beside it to Turtle; see tools/gazetteer.py."""
