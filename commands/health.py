"""Ask the running bot whether all is well, for systemd and containers."""

import http.client
import json
from argparse import Namespace

from commands.saying import complain, configured, say

PATIENCE = 5.0


def main(arguments: Namespace) -> int:
    """0 when the bot is ready; else 1 and what is not."""
    config = configured(arguments)
    if config is None:
        return 1
    if config.web.address is None:
        complain("cli.web_off")
        return 1
    host, port = config.web.address
    try:
        findings = ask(host, port)
    except (OSError, ValueError, http.client.HTTPException):
        complain("cli.not_running")
        return 1
    wrong = [name for name, well in findings.items() if not well and name != "ready"]
    if wrong:
        complain("cli.unhealthy", what=wrong)
        return 1
    say("cli.healthy")
    return 0


def ask(host: str, port: int) -> dict[str, bool]:
    """What /readyz says."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        found = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return {str(name): bool(well) for name, well in found.items()}
