namespace MdiQkd.Architecture.Tests;

/// <summary>A reference from one project to another.</summary>
/// <param name="Path">Referenced project, from the root.</param>
/// <param name="IsCode">Whether its types are visible, not only its build awaited.</param>
internal sealed record ProjectReference(string Path, bool IsCode);
