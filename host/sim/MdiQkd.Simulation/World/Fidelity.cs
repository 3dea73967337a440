namespace MdiQkd.Simulation.World;

/// <summary>What the simulated tagger delivers.</summary>
public enum Fidelity
{
    /// <summary>The two tags of each |ψ⁻⟩ coincidence only: a hundred times fewer tags, no dark counts between sessions.</summary>
    Coincidences = 0,

    /// <summary>Every click of both detectors.</summary>
    Singles = 1,
}
