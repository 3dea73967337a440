using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// Coils of a latching switch: one per position, line 0 for dark. A pulse that is long enough moves the mechanics; one that is
/// too short does nothing; one that is too long, or two at once on one supply, is a mistake that this chip remembers.
/// </summary>
public sealed class LatchingCoils
{
    private readonly SwitchMechanics mechanics;
    private readonly IDeviceClock clock;
    private readonly CoilSupply supply;
    private readonly long[] sinceMs;

    /// <summary>Connects the coils.</summary>
    /// <param name="mechanics">What they move.</param>
    /// <param name="clock">Time.</param>
    /// <param name="supply">The supply that all coils of a board share.</param>
    public LatchingCoils(SwitchMechanics mechanics, IDeviceClock clock, CoilSupply supply)
    {
        this.mechanics = mechanics;
        this.clock = clock;
        this.supply = supply;
        Lines = [.. Enumerable.Range(0, mechanics.Ports + 1).Select(_ => new SignalLine())];
        sinceMs = new long[Lines.Length];
        for (int i = 0; i < Lines.Length; i++)
        {
            int position = i;
            Lines[i].Changed += on => Drive(position, on);
        }
    }

    /// <summary>Lines of the coils, from dark; [ports + 1].</summary>
    public SignalLine[] Lines { get; }

    /// <summary>Shortest pulse that moves the mechanics, ms; Panasonic AWAP class: 20.</summary>
    public int PulseMsMin { get; set; } = 20;

    /// <summary>Level of a sense contact: exactly one is high at rest.</summary>
    public bool Sense(int position) => mechanics.Position == position;

    private void Drive(int position, bool on)
    {
        supply.Load(on);
        if (on)
        {
            sinceMs[position] = clock.NowMs;
            return;
        }

        long pulseMs = clock.NowMs - sinceMs[position];
        supply.Note(pulseMs);
        if (pulseMs >= PulseMsMin && supply.IsOn)
        {
            mechanics.MoveTo(position);
        }
    }
}
