using System.CommandLine;
using System.Text;
using MdiQkd.DeviceTools.Reports;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>`mdiqkd device capture`: records the tags of a board in a tag file.</summary>
internal static class CaptureCommand
{
    private const int TextBytesMax = 2000;

    internal static Command Make()
    {
        Argument<string> address = DeviceArguments.Address();
        Argument<string> file = new("FILE") { Description = "Tag file to write, .mqtf." };
        Option<double?> seconds = DeviceArguments.Positive<double>("--seconds", "N", "Stop after this time; at Ctrl-C if not given.");
        Option<long?> tags = DeviceArguments.Positive<long>("--tags", "N", "Stop after this many tags.");
        Option<double?> reconnect = DeviceArguments.Positive<double>(
            "--reconnect", "SECONDS", "How long to wait for the board after the link was lost; 60 if not given.");
        Option<string> text = new("--text") { Description = "What is recorded; kept in the file.", HelpName = "TEXT" };
        Option<bool> force = new("--force") { Description = "Overwrite FILE if it exists." };
        Option<bool> json = DeviceArguments.Json();
        Command command = new("capture", "Record the tags of a board until Ctrl-C; the file is closed whatever ends it.")
        {
            address, file, seconds, tags, reconnect, text, force, json,
        };
        command.SetAction(async (result, ct) =>
        {
            CaptureRequest request = new(
                result.GetRequiredValue(file), result.GetValue(seconds), result.GetValue(tags), result.GetValue(reconnect) ?? 60,
                result.GetValue(text) ?? "");
            string? fault = Path.GetExtension(request.Output) != ".mqtf" ? $"{request.Output}: .mqtf is needed as extension"
                : File.Exists(request.Output) && !result.GetValue(force) ? $"{request.Output}: exists; --force overwrites it"
                : !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(request.Output))) ? $"{request.Output}: there is no such folder"
                : Encoding.UTF8.GetByteCount(request.Text) > TextBytesMax ? $"--text: at most {TextBytesMax} bytes"
                : null;
            if (fault is not null)
            {
                return await DeviceAction.FailAsync(result, fault, DeviceAction.Usage).ConfigureAwait(false);
            }

            return await DeviceAction.RunAsync(
                result,
                address,
                async session =>
                {
                    CaptureRun run = new(session, request, TimeProvider.System);
                    CaptureReport report = await CaptureView.ShowAsync(
                        run, session, request, result.InvocationConfiguration.Error, ct).ConfigureAwait(false);
                    TextWriter output = result.InvocationConfiguration.Output;
                    if (result.GetValue(json))
                    {
                        await output.WriteLineAsync(DeviceJson.Write(report)).ConfigureAwait(false);
                    }
                    else
                    {
                        report.Write(output);
                    }

                    return report.Failure is null ? DeviceAction.Success
                        : await DeviceAction.FailAsync(result, report.Failure, DeviceAction.Failure).ConfigureAwait(false);
                },
                ct).ConfigureAwait(false);
        });
        return command;
    }
}
