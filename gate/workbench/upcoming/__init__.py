"""What starts, ends and needs review soon: `events` finds it, `calendar` writes it."""
