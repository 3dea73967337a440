namespace MdiQkd.VirtualBoard.Chips;

/// <summary>The supply of all coils of a board, and a record of how they were treated.</summary>
public sealed class CoilSupply
{
    private int loads;

    /// <summary>Whether it has voltage.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Times that two coils were on at once.</summary>
    public int Overlaps { get; private set; }

    /// <summary>Longest pulse, ms.</summary>
    public long PulseMsMax { get; private set; }

    /// <summary>Pulses.</summary>
    public int Pulses { get; private set; }

    /// <summary>Coils that are on.</summary>
    public int Loads => loads;

    internal void Load(bool on)
    {
        loads += on ? 1 : -1;
        Overlaps += loads > 1 ? 1 : 0;
    }

    internal void Note(long pulseMs)
    {
        Pulses++;
        PulseMsMax = Math.Max(PulseMsMax, pulseMs);
    }
}
