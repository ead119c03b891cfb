"""Why a statement holds, in sentences and as a tree."""
