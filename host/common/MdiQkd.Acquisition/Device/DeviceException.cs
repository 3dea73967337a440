using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>A board did not do what it was asked. The message tells a technician what, where, and what to look at.</summary>
public sealed class DeviceException : IOException
{
    /// <summary>No message.</summary>
    public DeviceException()
    {
    }

    /// <summary>Says what happened.</summary>
    public DeviceException(string message)
        : base(message)
    {
    }

    /// <summary>Says what happened and why.</summary>
    public DeviceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names the failure.</summary>
    public DeviceException(DeviceFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>The board refused, or tried and failed.</summary>
    public DeviceException(RefusedReply refusal, string message)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        Refusal = refusal.Reason;
        Failure = refusal.Reason == RefusalReason.Failed ? DeviceFailure.Faulted : DeviceFailure.Refused;
        bool namesFault = refusal.Reason is RefusalReason.Failed or RefusalReason.FaultActive && refusal.Detail is > 0 and <= ushort.MaxValue;
        Fault = namesFault ? (FaultCode)refusal.Detail : FaultCode.None;
    }

    /// <summary>Kind of failure.</summary>
    public DeviceFailure Failure { get; }

    /// <summary>Reason of a refusal, or null.</summary>
    public RefusalReason? Refusal { get; }

    /// <summary>Fault that the board named, or None.</summary>
    public FaultCode Fault { get; }
}
