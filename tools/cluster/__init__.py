"""A small real Hadoop cluster on one machine: each daemon a JVM of its own on 127.0.0.1.

`./dev cluster` is its command line. Standard library only.
"""
