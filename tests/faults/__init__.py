"""Interleavings that random kills rarely hit, each made certain: a process dies or stands still at a fault point."""
