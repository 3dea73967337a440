using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// The moving part of a 1×N switch: positions 0 (dark) to N, travel time, and what can go wrong. Its position is computed from the clock
/// when somebody looks.
/// </summary>
public sealed class SwitchMechanics
{
    // Chattering contacts touch for one millisecond in so many: whoever looks at any usual interval finds no rest.
    private const int ChatterMs = 13;

    private readonly IDeviceClock clock;
    private int from;
    private int to;
    private long arriveMs;

    /// <summary>Makes a switch at rest.</summary>
    /// <param name="ports">User ports.</param>
    /// <param name="clock">Time.</param>
    /// <param name="position">Where it was left.</param>
    public SwitchMechanics(int ports, IDeviceClock clock, int position = 0)
    {
        Ports = ports;
        this.clock = clock;
        from = position;
        to = position;
    }

    /// <summary>User ports.</summary>
    public int Ports { get; }

    /// <summary>Time from one position to another, ms.</summary>
    public int TravelMs { get; set; } = 6;

    /// <summary>Whether it stays where it is whatever drives it.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Moves that end one position too far, counted down to 0.</summary>
    public int WrongMoves { get; set; }

    /// <summary>Moves that do not happen, counted down to 0.</summary>
    public int MissedMoves { get; set; }

    /// <summary>Whether its contacts chatter instead of coming to rest.</summary>
    public bool Chatters { get; set; }

    /// <summary>Moves so far.</summary>
    public int Moves { get; private set; }

    /// <summary>Whether it is between two positions.</summary>
    public bool IsMoving => clock.NowMs < arriveMs;

    /// <summary>Position, or -1 between two.</summary>
    public int Position => IsMoving || (Chatters && clock.NowMs % ChatterMs != 0) ? -1 : to;

    /// <summary>Port through which light can pass now; 0 = none. While moving, light of either end may pass.</summary>
    /// <param name="other">The second port that light may pass through, or 0.</param>
    public int LightPort(out int other)
    {
        other = IsMoving ? from : 0;
        return to;
    }

    /// <summary>Drives it.</summary>
    public void MoveTo(int position)
    {
        if (IsStuck)
        {
            return;
        }

        if (MissedMoves > 0)
        {
            MissedMoves--;
            return;
        }

        Moves++;
        if (WrongMoves > 0)
        {
            WrongMoves--;
            position = (position + 1) % (Ports + 1);
        }

        from = to;
        to = position;
        arriveMs = clock.NowMs + TravelMs;
    }

    /// <summary>Somebody hits it.</summary>
    public void Jump(int position)
    {
        from = position;
        to = position;
        arriveMs = clock.NowMs;
    }
}
