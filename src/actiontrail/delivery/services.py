"""The services whose data events can be selected, and which these are. Pure.

What the public documents name, in their spelling, with its slips corrected; a selector may name any other
service too, and chooses its data events just as well.
"""

from collections.abc import Mapping

SERVICES: Mapping[str, tuple[str, ...]] = {
    "Cms": (
        "PutCustomMetric",
        "PutCustomEvent",
        "DescribeMetricList",
        "DescribeMetricLast",
        "DescribeMetricData",
    ),
    "Kms": (
        "Encrypt",
        "Decrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GetSecretValue",
        "Sign",
    ),
    "Oss": (
        "ListObjects",
        "ListObjectsV2",
        "ListObjectVersions",
        "PutObject",
        "GetObject",
        "CopyObject",
        "AppendObject",
        "DeleteObject",
        "DeleteMultipleObjects",
        "GetObjects",
        "CopyObjects",
        "HeadObject",
        "GetObjectMeta",
        "PostObject",
        "RestoreObject",
        "CleanRestoredObject",
        "SelectObject",
        "CreateSelectObjectMeta",
        "InitiateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
        "ListParts",
    ),
    "Sls": ("PostLogStoreLogs", "GetLogStoreLogs", "PullLogs", "GetCursor"),
}
