"""Pictures of runs, in the workbook's colours: loss, weights, errors, and the loss surface with the path on it.

It stands after the workbook, whose colours and dashes it shares (`gradsheet.workbook.style`). ``Trace.plot()``
reaches it by the public name ``gradsheet.plot``, as a notebook would; the engine knows nothing of pictures.
"""
