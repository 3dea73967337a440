namespace MdiQkd.Acquisition;

/// <summary>The optical switch could not be reached, refused a command, or is not where it was told to be.</summary>
public sealed class OpticalSwitchException : IOException
{
    /// <summary>No message.</summary>
    public OpticalSwitchException()
    {
    }

    /// <summary>Says what happened.</summary>
    public OpticalSwitchException(string message)
        : base(message)
    {
    }

    /// <summary>Says what happened and why.</summary>
    public OpticalSwitchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
