namespace MdiQkd.Authentication.Pool;

/// <summary>Why a pool was not opened.</summary>
/// <param name="Fault">The reason.</param>
/// <param name="Message">One line for the operator, with the file's path; never key bits.</param>
public sealed record KeyPoolError(KeyPoolFault Fault, string Message);
