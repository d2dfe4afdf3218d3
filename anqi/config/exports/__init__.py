"""Exports: the books of a day as files for analysts, without anything that tells who somebody is."""

from anqi.config.exports.exporting import FORMATS, NoExport, export

__all__ = ["FORMATS", "NoExport", "export"]
