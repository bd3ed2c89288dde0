"""What a device is called: its program and its system, as people know them."""

PROGRAMS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
"""By what only they say of themselves; those before the others say what the others say too."""
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def called(user_agent: str) -> str:
    """`Chrome, Android`. What names no program that is known here is shown as it is."""
    program = next((name for said, name in PROGRAMS.items() if said in user_agent), None)
    system = next((name for said, name in SYSTEMS.items() if said in user_agent), None)
    if program is None:
        return user_agent
    return f"{program}, {system}" if system else program
