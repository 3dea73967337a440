namespace MdiQkd.Evaluation.Scenarios;

/// <summary>A scenario, a flag or a file is faulty; the message names field, value and allowed range in one line.</summary>
public sealed class ScenarioException(string message) : Exception(message);
