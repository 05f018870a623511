"""Forms of signing in and of one's own password: they tidy what people type and repeat no rule of the service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ROOT, USER = "root", "user"


class SignInForm(forms.Form):
    """Who signs in; whether the password is right is not the form's business."""

    user_type = forms.ChoiceField(
        label=_("User type"), choices=((ROOT, _("Root user")), (USER, _("IAM user"))), initial=USER
    )
    account = forms.CharField(label=_("Account ID (12 digits) or account alias"), max_length=64)
    username = forms.CharField(label=_("IAM user name"), max_length=64, required=False)
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False, widget=forms.PasswordInput(render_value=False)
    )

    def clean_account(self) -> str:
        account: str = self.cleaned_data["account"]
        return account.strip().replace("-", "") if account.replace("-", "").strip().isdigit() else account.strip()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("user_type") == ROOT:
            cleaned["username"] = ""
        elif not cleaned.get("username"):
            self.add_error("username", self.fields["username"].error_messages["required"])
        return cleaned


class ChangePasswordForm(forms.Form):
    old_password = forms.CharField(label=_("Old password"), max_length=128, strip=False, widget=forms.PasswordInput)
    new_password = forms.CharField(label=_("New password"), max_length=128, strip=False, widget=forms.PasswordInput)
    confirmation = forms.CharField(
        label=_("Retype new password"), max_length=128, strip=False, widget=forms.PasswordInput
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("confirmation") and cleaned.get("new_password") != cleaned.get("confirmation"):
            self.add_error("confirmation", _("The two passwords are not the same."))
        return cleaned
