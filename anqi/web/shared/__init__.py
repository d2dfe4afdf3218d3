"""The shared look of the sites: style, components, tags, page headers and error pages."""
