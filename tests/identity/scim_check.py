"""Has a public checker of SCIM servers (scim2-tester) try the service as an organisation's directory would."""

import os
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server, filling
from scim2_tester.checkers import patch_add, patch_replace

made_up = filling.generate_random_value


def fitting(context, path, **how):
    """A value that the service takes: user names are addresses here."""
    value = made_up(context, path=path, **how)
    is_name = value is not None and str(path).lower().endswith("username")
    return f"{value}@alvsunda.example".lower() if is_name else value


for module in (filling, patch_add, patch_replace):
    module.generate_random_value = fitting
base = os.environ["SAMSYN"].rstrip("/") + "/scim/v2"
http = Client(base_url=base, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}, timeout=30)
# Groups are the service's roles, of which none can be made: the checker would begin with that.
results = check_server(SyncSCIMClient(http), resource_types=["User"])
wrong = [one for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
for one in wrong:
    print(one.title, one.reason, sep=": ", file=sys.stderr)
print(len(results))
sys.exit(1 if wrong else 0)
