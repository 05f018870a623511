"""CloudShell: how the AWS CLI and the SDKs reach this installation. Source: console.md 1.2 [P]."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kmsconsole.web.components import Crumb
from kmsconsole.web.door import current_region, signed_in


@signed_in
@require_GET
def cloudshell(request: HttpRequest) -> HttpResponse:
    """The endpoint's address and the variables that point clients at it; no secret is shown."""
    endpoint = request.build_absolute_uri("/").rstrip("/")
    region = current_region(request)
    variables = {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": region}
    variables |= {"AWS_ACCESS_KEY_ID": "AKIA...", "AWS_SECRET_ACCESS_KEY": "..."}
    python = (
        "import boto3\n\n"
        f'kms = boto3.client("kms", endpoint_url="{endpoint}", region_name="{region}")\n'
        'print(kms.list_keys()["Keys"])\n'
    )
    context = {
        "breadcrumbs": [Crumb("CloudShell")],
        "endpoint": endpoint,
        "shells": [
            (_("Bash or zsh"), "".join(f'export {name}="{value}"\n' for name, value in variables.items())),
            ("PowerShell", "".join(f'$env:{name} = "{value}"\n' for name, value in variables.items())),
        ],
        "commands": (
            "aws sts get-caller-identity\n"
            "aws kms list-keys\n"
            "aws kms encrypt --key-id alias/my-key --plaintext fileb://secret.txt --query CiphertextBlob\n"
            "aws cloudtrail lookup-events --max-results 5\n"
        ),
        "python": python,
    }
    return render(request, "console/cloudshell.html", context)
