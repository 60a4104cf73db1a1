"""Published content as a case saw it: immutable, addressed by digest."""

from django.db import models


class GuideVersion(models.Model):
    """One published text of one guide. A case finishes on the version it started with."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "published_at"]

    def __str__(self) -> str:
        return f"{self.name}@{self.digest[:8]}"


class CauseList(models.Model):
    """The causes, and the rules that they are judged by, as they were when something was judged by them."""

    digest = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["published_at"]

    def __str__(self) -> str:
        return self.digest[:8]
