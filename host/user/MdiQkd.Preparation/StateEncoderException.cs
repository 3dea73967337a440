namespace MdiQkd.Preparation;

/// <summary>The encoder refused a session or was lost; the message is one line for the log.</summary>
public sealed class StateEncoderException : Exception
{
    /// <summary>Without a message.</summary>
    public StateEncoderException()
    {
    }

    /// <summary>With a one-line message.</summary>
    public StateEncoderException(string message)
        : base(message)
    {
    }

    /// <summary>With a one-line message and its cause.</summary>
    public StateEncoderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
