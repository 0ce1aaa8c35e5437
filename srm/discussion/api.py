"""Discussions for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.discussion import rules, services
from srm.discussion.models import LONGEST, Comment
from srm.discussion.panels import DOCUMENT, SHOWN
from srm.people.models import User
from srm.rest.fields import RefField, RefListField
from srm.rest.router import register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView


class CommentSerializer(Serializer):
    """What somebody said."""

    author = RefField(model=User, read_only=True)
    author_name = serializers.CharField(source="author.name", read_only=True)
    mentioned = RefListField(model=User, read_only=True)

    class Meta:
        model = Comment
        fields = ("author", "author_name", "text", "mentioned", "created_at")


class CommentInput(InputSerializer):
    """What to say, and to whom."""

    text = serializers.CharField(max_length=LONGEST)
    mentions = RefListField(model=User, required=False, default=list)


class DiscussionView(ApiView):
    """What colleagues say about a document; suppliers have no part in it."""

    permission = "home.view"

    @extend_schema(operation_id="discussion_list", responses=CommentSerializer(many=True))
    def get(self, request: Request, kind: str, document: str) -> Response:
        """The latest comments, the newest at the end."""
        found = rules.document_at(kind, document, self.actor)
        rows = Comment.objects.unscoped(DOCUMENT).of(found).select_related("author").prefetch_related("mentioned")
        latest = list(rows.order_by("-pk")[:SHOWN])[::-1]
        return Response(CommentSerializer(latest, many=True, context=self.get_serializer_context()).data)

    @extend_schema(operation_id="discussion_say", request=CommentInput, responses={201: CommentSerializer})
    def post(self, request: Request, kind: str, document: str) -> Any:
        """The new comment."""

        def work() -> Response:
            found = rules.document_at(kind, document, self.actor)
            values = CommentInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            comment = services.say(found, actor=self.actor, **values.validated_data)
            return Response(CommentSerializer(comment, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


register_view("discussion/<str:kind>/<str:document>/", DiscussionView, "discussion")
