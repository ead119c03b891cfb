"""Look-ups: queries that touch a few statements, answered without a parser or a worker.

Most queries of data platforms are of few shapes: the statements about the thing that has this
key, the labels of that thing. Of each shape the text is read once; what differs from then on is
put in its place, and the statements are found by the indexes of the store. What is not surely
such a query, or proves to touch many statements, is for the workers.
"""
