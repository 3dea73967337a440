using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>One request on its way to a board and back. Conversation only, but for <see cref="Done"/>.</summary>
internal sealed class DeviceRequest(MessageType type, IWireMessage? payload, IWireMessage reply, int timeoutMs)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Kind of request; the reply's is higher by 0x40.</summary>
    public MessageType Type => type;

    /// <summary>Contents, or null.</summary>
    public IWireMessage? Payload => payload;

    /// <summary>Filled when the request is done.</summary>
    public IWireMessage Reply => reply;

    /// <summary>Wait before the request is sent again.</summary>
    public int TimeoutMs => timeoutMs;

    /// <summary>Id in the session, once it is open.</summary>
    public int Id { get; set; }

    /// <summary>Times sent.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is sent again, or given up.</summary>
    public long DueMs { get; set; }

    /// <summary>When it is given up if there is no link all the while.</summary>
    public long DeadlineMs { get; set; }

    /// <summary>Nobody waits for it any more; if it is not open yet it need not be sent.</summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>Completes with the reply, or fails with a <see cref="DeviceException"/>.</summary>
    public Task Done => done.Task;

    public void Complete() => done.TrySetResult();

    public void Fail(DeviceException reason)
    {
        done.TrySetException(reason);
        _ = done.Task.Exception; // whoever waits sees it; nobody has to
    }
}
