"""The illustrated pages of docs/: prose in a template, numbers and pictures from runs.

A page is two files here. ``two-neurons.md`` is the prose, a Jinja template: ``{{ loss | figures }}`` stands where a
number does. ``two_neurons.py`` computes:

- ``numbers()`` returns what the template and the pictures need, by name; it is quick, since a test runs it;
- ``PICTURES`` maps a picture's name to a function that draws it from those numbers, as a
  `gradsheet.plotting.style.Picture`; the template shows it as ``![in words](pictures/name.svg)``;
- ``at_length()``, where there is one, computes what takes long; ``scripts/write_pages --at-length`` runs it and keeps
  what it returns in ``pages/recorded/two-neurons.json``, which ``numbers()`` reads by `pages.page.recorded`.

``scripts/write_pages`` writes docs/two-neurons.md and docs/pictures/. tests/test_pages.py says when a page is stale:
when the numbers come out otherwise than docs/ has them, or a picture was drawn from others.
"""
