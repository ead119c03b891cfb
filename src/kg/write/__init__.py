"""Statements come and go: updates, the gate before them, the journal behind them."""
