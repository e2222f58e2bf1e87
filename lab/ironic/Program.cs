Console.WriteLine("Metal3.Lab.Ironic");
