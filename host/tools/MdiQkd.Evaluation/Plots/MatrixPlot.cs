namespace MdiQkd.Evaluation.Plots;

/// <summary>A square of coloured cells with a text in each.</summary>
/// <param name="Title">Title.</param>
/// <param name="Names">Names of rows and columns.</param>
/// <param name="Values">Value of each cell, row by row; null for an empty one. The colour is its logarithm.</param>
/// <param name="Texts">Text of each cell.</param>
internal sealed record MatrixPlot(
    string Title, IReadOnlyList<string> Names, double?[,] Values, string[,] Texts);
