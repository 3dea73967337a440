namespace MdiQkd.VirtualBoard.Chips;

/// <summary>A wire between a simulated pin and a simulated chip.</summary>
public sealed class SignalLine
{
    private bool level;

    /// <summary>Called after every change, with the new level.</summary>
    public event Action<bool>? Changed;

    /// <summary>Level now; true = high.</summary>
    public bool Level
    {
        get => level;
        set
        {
            if (level != value)
            {
                level = value;
                Changed?.Invoke(value);
            }
        }
    }
}
