"""What starts, ends and needs review soon.

Reading order: `events` (what happens when, and where it is written), `calendar` (the
same as a file that any calendar can import).
"""
