"""The Bulk place: from a spreadsheet to an honest result for each row."""
